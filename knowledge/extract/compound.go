package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/richardlehane/mscfb"
)

// compound reads the old Office formats, which are streams in an OLE container.
func compound(ctx context.Context, data []byte) (text, error) {
	if !bytes.HasPrefix(data, []byte(ole)) {
		return text{}, ErrBroken.Because(errors.New("no OLE container"))
	}
	streams, err := openCompound(data)
	if err != nil {
		return text{}, err
	}
	switch {
	case streams["EncryptedPackage"] != nil:
		return text{}, ErrEncrypted
	case streams["WordDocument"] != nil:
		return oldWord(ctx, streams)
	case streams["Workbook"] != nil:
		return oldWorkbook(ctx, streams["Workbook"])
	case streams["Book"] != nil:
		return oldWorkbook(ctx, streams["Book"])
	case streams["PowerPoint Document"] != nil:
		return oldSlides(ctx, streams["PowerPoint Document"], streams["Current User"])
	}
	return text{}, unsupported("An old Office file of this kind")
}

// oldStreams are those that are read; what is embedded or drawn is not.
var oldStreams = map[string]bool{
	"WordDocument": true, "0Table": true, "1Table": true, "Workbook": true, "Book": true, "EncryptedPackage": true, "PowerPoint Document": true, "Current User": true,
}

func openCompound(data []byte) (map[string][]byte, error) {
	container, err := mscfb.New(bytes.NewReader(data))
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	streams := map[string][]byte{}
	for range maxParts {
		entry, err := container.Next()
		if errors.Is(err, io.EOF) {
			return streams, nil
		}
		if err != nil {
			return nil, ErrBroken.Because(err)
		}
		if !oldStreams[entry.Name] || len(entry.Path) > 0 || streams[entry.Name] != nil {
			continue
		}
		// A stream can claim any size; none is longer than the file.
		content, err := io.ReadAll(io.LimitReader(entry, int64(len(data))))
		if err != nil {
			return nil, ErrBroken.Because(fmt.Errorf("read %s: %w", entry.Name, err))
		}
		streams[entry.Name] = content
	}
	return nil, ErrTooBig.Because(fmt.Errorf("more than %d streams", maxParts))
}
