"""Records on object stores and other file systems of fsspec, which is imported when it is used and only here."""
