"""What a change would do to each stack, as the comment on its pull request."""
