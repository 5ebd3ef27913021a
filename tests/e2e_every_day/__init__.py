"""The commands of docs/every-day.md, on a server and its stacks, by a person without root."""
