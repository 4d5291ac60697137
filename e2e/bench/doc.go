// Command bench measures the real binary beside a floor: the simplest server
// with the same websocket library that does the job of a row, without actors,
// sealing, quotas or retrieval. `make bench` builds parley and runs it.
//
// Floor and Parley take turns, each time in fresh processes, for as many rounds
// as -rounds says; a row tells the medians, their ratio and that of each round. Only ratios of one
// run are worth quoting: clients, model and servers share the machine's cores.
//
// What the floor does: it agrees to the websocket and lets the handler return;
// it answers session.open; to message.send it answers an ack, after a commit
// where Parley's is durable (one INSERT statement or transaction for all that
// gathered while the last one ran, SQLite with synchronous=FULL), and for streams it
// forwards the model's words, joining those that have come. With -rooms it shows others what is sent
// to their conversation. It loads nothing when a session is resumed, so that it is
// a limit rather than a peer. It is this program again, with the
// first argument "floor"; "model" repeats what llmtest's scripted model says. CPU and memory are those
// of the server's own process, as the kernel tells them (Linux only): a Postgres
// is not counted in either.
//
// Each side of each round is bounded in time; one that is stuck is an error that
// names the step it was at.
//
// JSON lines, one a row, go to standard output, the table and progress to
// standard error. A goal that is not met is a figure and no failure; a row that
// cannot be measured is one, and the exit code says so. With -docs all of it goes into docs/performance.md too,
// -from draws that again, and -profile tells where Parley's time goes.
package main
