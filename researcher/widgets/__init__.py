"""The Explorer: one state and the views that show it."""
