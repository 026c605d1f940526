"""Tables and columns that got another name: found by likeness, asked, and followed through."""
