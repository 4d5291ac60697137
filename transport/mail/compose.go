package mail

import (
	"fmt"
	netmail "net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// compose makes the MIME form of a message, sent by an address.
func compose(m Message, from netmail.Address, now time.Time) (*gomail.Msg, error) {
	to, err := netmail.ParseAddress(m.To)
	if err != nil {
		return nil, &Failure{Stage: "address", Permanent: true} // what it says has the address in it
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from.Name = line(m.Company, maxName) + " via Parley"
	if m.Company == "Parley" || m.Company == "" {
		from.Name = "Parley"
	}
	msg.FromMailAddress(&from)
	msg.ToMailAddress(&netmail.Address{Address: to.Address})
	msg.Subject(line(m.Subject, maxSubject))
	msg.SetDateWithValue(now)
	host := domain(from.Address)
	msg.SetMessageIDWithValue(m.ID + "@" + host)
	if m.Thread != "" {
		// A conversation's own id stands for a first mail that was never sent: programs thread by it.
		root := fmt.Sprintf("<%s@%s>", m.Thread, host)
		msg.SetGenHeader(gomail.HeaderInReplyTo, root)
		msg.SetGenHeader(gomail.HeaderReferences, root)
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answering machine answers
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader(gomail.HeaderContentLang, "en")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}
