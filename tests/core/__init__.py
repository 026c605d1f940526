"""The core: the extension, the Python functions, the commands and what they say."""
