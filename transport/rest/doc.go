// Package rest is Parley's HTTP: the API under /api/v1 with its specification
// at /openapi.json, the pages (dashboard, demo, widget, documentation), and what
// operators look at (/healthz, /readyz, /metrics).
//
// Every failure is application/problem+json with a stable code and the id of the
// request. What belongs to another tenant, what does not exist and a
// malformed id are the same 404. Bodies are bounded and may not dawdle; an answer that
// refuses a body is sent so that a client which is still sending can read it.
// Handlers keep no state between requests but rate limits.
package rest
