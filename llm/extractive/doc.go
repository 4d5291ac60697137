// Package extractive answers with the best sentences of the passages it is
// given, each cited. It needs no model and is none: it chooses and cuts, it
// never words anything itself, so that whatever it says stands in the sources.
//
// The same request always gets the same answer. Nothing is kept between
// answers, no goroutine is started and nothing leaves the process. Where no
// sentence fits the question it emits nothing and says so: Finish is Empty.
package extractive
