"""What the API's requests and answers look like, for its description (rule C2)."""
