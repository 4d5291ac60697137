// Package llmtest is a model server for tests. It speaks OpenAI's chat
// completions over HTTP, streaming, and embeddings, as real servers do, and misbehaves on
// demand: it stalls, cuts the connection, breaks characters apart, forgets
// [DONE], reports errors before and in the middle of an answer.
//
// It can also be a model that obeys whoever wrote any part of its prompt (Obeyed), for tests of what then reaches visitors.
//
// Nothing in it is random. What it answers is a function of the last user
// message (see Text), so that a checker can say byte for byte what must arrive. It
// records every call, and whether the client stayed to its end.
//
// Go tests use NewServer. Tests in other languages start llmtest/fakemodel and
// steer it over HTTP:
//
//	PUT    /control/scripts   [Script, …]   how the next calls behave
//	GET    /control/calls     → [Call, …]   the answers asked for, oldest first
//	GET    /control/auxiliary → [Call, …]   the calls that were not streamed: summaries
//	GET    /control/text?question=…&words=… → the answer it would give
//	PUT    /control/embeddings [Embeddings, …]     how the next calls for embeddings behave
//	GET    /control/embeddings → [EmbeddingsCall, …]  those that came
//	DELETE /control           forgets scripts and calls, ends what hangs
package llmtest
