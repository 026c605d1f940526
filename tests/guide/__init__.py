"""The guide is executed, the example application is used: both as a reader would."""
