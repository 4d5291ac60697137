// Package hooks tells a business's own servers what happens in its
// conversations, over signed HTTP calls. None are sent yet, and the package
// holds no code.
package hooks
