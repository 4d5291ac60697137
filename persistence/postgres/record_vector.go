package postgres

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"parley/knowledge"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// tableVectors is what a vector is bound to. It never changes.
const tableVectors = "vectors"

// vectorRow names the row of a vector.
func vectorRow(source, model string, hash []byte) string {
	return source + "/" + hex.EncodeToString(hash) + "/" + model
}

// sealVector seals a vector behind the digest that it is of: 16 bytes, then four for each number. There may be as many of them as
// passages, with a thousand numbers and more each, so that JSON would not do.
func sealVector(key *seal.Key, tenant, source, model string, hash []byte, digest knowledge.Digest, vector []float32) (db.InsertVectorsParams, error) {
	plain := make([]byte, 0, len(digest)+4*len(vector))
	plain = append(plain, digest[:]...)
	for _, number := range vector {
		plain = binary.LittleEndian.AppendUint32(plain, math.Float32bits(number))
	}
	body, err := key.Seal(plain, tenant, tableVectors, vectorRow(source, model, hash))
	return db.InsertVectorsParams{Source: source, Model: model, DigestHash: hash, Tenant: tenant, Body: body}, err
}

func openVector(key *seal.Key, tenant, source, model string, hash, body []byte) (digest knowledge.Digest, vector []float32, err error) {
	row := vectorRow(source, model, hash)
	plain, err := key.Open(body, tenant, tableVectors, row)
	if err != nil {
		return digest, nil, fmt.Errorf("open vector %s: %w", row, err)
	}
	if len(plain) < len(digest) || (len(plain)-len(digest))%4 != 0 {
		return digest, nil, fmt.Errorf("decode vector %s: it has %d bytes", row, len(plain))
	}
	numbers := plain[copy(digest[:], plain):]
	vector = make([]float32, len(numbers)/4)
	for i := range vector {
		vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(numbers[4*i:]))
	}
	return digest, vector, nil
}
