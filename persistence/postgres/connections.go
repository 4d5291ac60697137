package postgres

// Connections are those of this process to a database server.
type Connections struct{ Used, Idle, Most int }

// Connections tells how many there are; all zero where there is no server.
func (s *Store) Connections() Connections {
	p, ok := s.database.(*pool)
	if !ok {
		return Connections{}
	}
	stat := p.connections.Stat()
	return Connections{Used: int(stat.AcquiredConns()), Idle: int(stat.IdleConns()), Most: int(stat.MaxConns())}
}
