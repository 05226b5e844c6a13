"""What the plots of `researcher.dashboard` are made of; matplotlib is imported only here."""
