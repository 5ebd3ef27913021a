"""The disks that the lab's nodes start from, and the mirrors that they are filled from."""
