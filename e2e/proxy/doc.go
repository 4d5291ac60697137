// Package proxy puts the proxy of docker-compose.yml, with its configuration as it is shipped (Caddyfile), before three
// nodes, and takes nodes away while visitors are there. The proxy is built once, by "make test-proxy"; without it the
// test is skipped.
package proxy
