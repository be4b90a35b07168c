"""Many runs: tasks with progress, stop and resume, on a pool of processes."""
