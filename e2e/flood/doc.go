// Package flood sends the real binary, with its limits as they are by default, far too much: of one visitor, one
// address, one business and one key, each beside others who go on as people do. It prints what it saw:
//
//	make test-flood
//
// What is judged: the flood is refused and told when to come back; nobody else is refused anything; memory stays bounded. How long
// others wait is told and not judged, since the flood runs on the same machine. And an office of 300 visitors behind one
// address works. Each of the 127.0.0.0/8 is an address here, as clients have them.
package flood
