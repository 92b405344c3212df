using Xunit;

// Some tests set Machine.MaxThreads, which is the process's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
