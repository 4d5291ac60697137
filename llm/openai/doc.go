// Package openai answers through any server that speaks OpenAI's chat
// completions: OpenAI itself, vLLM, llama.cpp, Ollama, a gateway.
//
// Requests are built by go-openai. The stream is read by our own loop, because
// it is the hottest code of an answer; a test holds it to go-openai's decoder
// over the same recorded streams. Nothing is repeated in here: every failure is
// told once, as *llm.Error, and whoever asked decides. Only answers are streamed;
// a summary and a rewritten question are plain completions. When the context ends,
// the connection to the provider is closed at once.
package openai
