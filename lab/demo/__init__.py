"""``make demo``: the whole way in the lab, told as it goes, with the numbers at the end."""
