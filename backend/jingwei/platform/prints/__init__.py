"""Papers: documents as PDF in either language, with what they said of others when they were posted."""
