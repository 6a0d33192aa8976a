"""A letter in the form of each channel: text, HTML, Slack's blocks, an Adaptive Card. All is escaped. Pure."""
