package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"

	gomail "github.com/wneessen/go-mail"
)

// Failure is why a mail was not sent. Its text may be logged: it has neither an
// address nor what a server answered, which repeats addresses.
type Failure struct {
	Stage     string // connect, address, sender, recipient, content
	Code      int    // what the server answered; 0: it did not
	Permanent bool   // this mail will never be sent
	Detail    string // of our side, or of the network
}

func (f *Failure) Error() string {
	text := "mail: " + f.Stage
	if f.Code != 0 {
		text = fmt.Sprintf("%s: the server answered %d", text, f.Code)
	}
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	return text
}

const maxDetail = 200

// notConnected is a Failure before any mail was spoken of.
func notConnected(err error) *Failure {
	f := &Failure{Stage: "connect"}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		f.Code = answer.Code
		return f
	}
	f.Detail = line(err.Error(), maxDetail)
	if timeout(err) {
		f.Detail = "it took too long"
	}
	return f
}

// notTaken is a Failure of the server to take a mail.
func notTaken(err error) *Failure {
	var answer *gomail.SendError
	if !errors.As(err, &answer) {
		return notConnected(err)
	}
	f := &Failure{Stage: "content", Code: answer.ErrorCode()}
	switch answer.Reason {
	case gomail.ErrSMTPMailFrom:
		f.Stage = "sender"
	case gomail.ErrSMTPRcptTo:
		f.Stage = "recipient"
	case gomail.ErrConnCheck:
		f.Stage = "connect"
	default:
	}
	if f.Code == 0 {
		f.Detail = "no answer came"
	}
	// 5.7 is the server's policy, such as that nobody may relay who is not signed in (RFC 3463): the
	// operator's settings are to blame, and not this mail. So they are for a sender that is refused.
	policy := len(answer.EnhancedStatusCode()) > 3 && answer.EnhancedStatusCode()[:4] == "5.7."
	f.Permanent = f.Code >= 500 && !policy && (f.Stage == "recipient" || f.Stage == "content")
	return f
}

func timeout(err error) bool {
	var network net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}
