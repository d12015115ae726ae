"""The walls: bubblewrap around everything; namespaces, a filter of system calls and cgroups around each process."""
