package account

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"image/png"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// One-time codes are those of RFC 6238 as every authenticator app makes them: HMAC-SHA1, six digits, one each 30 seconds.
const (
	totpPeriod = 30 * time.Second
	totpSecret = 20 // bytes: RFC 4226, section 4, R6
	totpDigits = 6
	// totpDrift is how many steps a phone's clock may be off, either way: RFC 6238, section 5.2, recommends one.
	totpDrift = 1
	// qrSize is the width of the picture in pixels: four for each module of the largest code that an address makes.
	qrSize = 296
)

var totpOptions = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

func newTOTPSecret() ([]byte, error) {
	secret := make([]byte, totpSecret)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	return secret, nil
}

// totpText is how a secret is written where it is typed.
func totpText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// totpStep is the number of the 30 seconds in which a time is.
func totpStep(t time.Time) int64 { return t.Unix() / int64(totpPeriod/time.Second) }

// totpCode is the code of a step.
func totpCode(secret []byte, step int64) (string, error) {
	code, err := hotp.GenerateCodeCustom(totpText(secret), uint64(step), totpOptions)
	if err != nil {
		return "", fmt.Errorf("make a one-time code: %w", err)
	}
	return code, nil
}

// totpMatch returns the step that a code is of, if that is later than the last one that was used. It takes as long for
// whatever code of six digits.
func totpMatch(secret []byte, typed string, at time.Time, used int64) (step int64, ok bool, err error) {
	typed = totpDigitsOf(typed)
	for candidate := totpStep(at) - totpDrift; candidate <= totpStep(at)+totpDrift; candidate++ {
		code, err := totpCode(secret, candidate)
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(code), []byte(typed)) == 1 && candidate > used {
			step, ok = candidate, true
		}
	}
	return step, ok, nil
}

// totpDigitsOf takes out the space that apps show in the middle.
func totpDigitsOf(typed string) string { return strings.Join(strings.Fields(typed), "") }

// Enrolment is what an authenticator app needs to know of a person's second factor.
type Enrolment struct {
	Secret string // base32, to be typed
	URI    string // otpauth://
	QR     []byte // PNG of the URI
}

// enrolmentOf shows a secret. issuer and email are what the app calls it.
func enrolmentOf(secret []byte, issuer, email string) (Enrolment, error) {
	// A colon divides the two: neither may have one.
	issuer = strings.ReplaceAll(issuer, ":", " ")
	uri := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + strings.ReplaceAll(email, ":", " "),
		// In this order, and without "+" for a space, apps read them all.
		RawQuery: fmt.Sprintf("secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d",
			totpText(secret), url.PathEscape(issuer), totpDigits, int(totpPeriod.Seconds())),
	}
	key, err := otp.NewKeyFromURL(uri.String())
	if err != nil {
		return Enrolment{}, fmt.Errorf("write a second factor down: %w", err)
	}
	picture, err := key.Image(qrSize, qrSize)
	if err != nil {
		return Enrolment{}, fmt.Errorf("draw a second factor: %w", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return Enrolment{}, fmt.Errorf("draw a second factor: %w", err)
	}
	return Enrolment{Secret: totpText(secret), URI: uri.String(), QR: out.Bytes()}, nil
}
