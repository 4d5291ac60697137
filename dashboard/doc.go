// Package dashboard carries the owner's and agent's pages, built by Vite from
// the sources in this folder, inside the binary.
//
// It serves nothing itself: the server mounts Pages at "/" and answers a path
// that is no file with index.html, since the pages route in the browser. Files
// under assets/ carry a hash of their content in their name and may be cached
// for ever; everything else must be asked for anew. The pages run under a
// policy without inline scripts or styles (see policy in vite.config.ts).
package dashboard
