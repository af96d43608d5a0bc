"""Identity providers: OpenID Connect for people, OAuth access tokens for programs."""
