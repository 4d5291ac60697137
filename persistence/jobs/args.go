package jobs

// ReadSource is the order to do one step of reading a source.
type ReadSource struct {
	Tenant string `json:"tenant"`
	Source string `json:"source"`
}

// Kind is how river names this work in its tables. It never changes.
func (ReadSource) Kind() string { return "read_source" }

// sweep is the hourly order to look for what was left behind.
type sweep struct{}

func (sweep) Kind() string { return "sweep" }
