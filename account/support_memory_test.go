package account

import "context"

// fakeSupports remembers the access that lasts longest.
type fakeSupports struct {
	Supports
	longest SupportAccess
}

func (f *fakeSupports) PutSupportAccess(_ context.Context, access SupportAccess) error {
	if access.Until.After(f.longest.Until) {
		f.longest = access
	}
	return nil
}
