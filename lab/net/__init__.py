"""The lab's network namespaces, and its only way out: to the package mirrors."""
