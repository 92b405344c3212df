using Xunit;

// Allocation is measured, and the machine is small: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
