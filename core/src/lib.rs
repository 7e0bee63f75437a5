//! Sans-IO client for the Amazon Neptune data API.
