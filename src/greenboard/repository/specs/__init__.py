"""Descriptions of interfaces: OpenAPI, AsyncAPI, GraphQL and protobuf, each judged by a parser of its language."""
