package extract

import (
	"context"
)

func oldWord(_ context.Context, _ map[string][]byte) (text, error) { return text{}, ErrNoText }
func oldWorkbook(_ context.Context, _ []byte) (text, error)        { return text{}, ErrNoText }
