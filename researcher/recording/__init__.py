"""What a recording is made of: how it begins, what it takes, what it says, and how it ends."""
