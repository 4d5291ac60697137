package extract

import (
	"fmt"
	"strings"
	"testing"
)

func crlf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

func TestALetterIsReadWithWhatIsAttachedNamed(t *testing.T) {
	t.Parallel()
	title, got := extracted(t, EML, crlf(
		"From: =?iso-8859-1?Q?J=FCrgen?= <j@example.com>", "To: shop@example.com", "Subject: =?utf-8?B?UsO8Y2tnYWJl?=", "Date: Tue, 15 Nov 2022 15:53:41 +0000",
		`Content-Type: multipart/mixed; boundary="b"`, "",
		"--b", `Content-Type: multipart/alternative; boundary="c"`, "",
		"--c", "Content-Type: text/html; charset=utf-8", "", "<p>as a page</p>",
		"--c", "Content-Type: text/plain; charset=iso-8859-1", "Content-Transfer-Encoding: quoted-printable", "", "Der Stuhl ist gr=FCn.=", "", "", "Danke.",
		"--c--",
		"--b", `Content-Type: application/pdf; name="=?utf-8?Q?Qu=C3=ADttung.pdf?="`, "Content-Disposition: attachment", "Content-Transfer-Encoding: base64", "", "AAAA",
		"--b", `Content-Type: text/plain`, `Content-Disposition: attachment; filename="list.txt"`, "", "not read",
		"--b", "Content-Type: message/rfc822", "", "Subject: Before", "From: shop@example.com", "Content-Type: text/html", "Content-Transfer-Encoding: base64", "",
		"PGgxPkhlbGxvPC9oMT48c3R5bGU+eDwv", "c3R5bGU+PHA+V2hhdCBjb2xvdXI/PC9wPg==",
		"--b--"))
	if title != "Rückgabe" {
		t.Errorf("title %q", title)
	}
	equal(t, got,
		": Subject: Rückgabe\nFrom: Jürgen <j@example.com>\nTo: shop@example.com\nDate: Tue, 15 Nov 2022 15:53:41 +0000",
		": Der Stuhl ist grün.",
		": Danke.",
		"Before: Subject: Before\nFrom: shop@example.com",
		"Before > Hello: What colour?",
		": Attachments: Quíttung.pdf, list.txt",
	)
}

func TestALetterOfOnePartIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"plain":                  {crlf("Subject: A", "", "Hello."), ": Hello."},
		"a page":                 {crlf("Subject: A", "Content-Type: text/html; charset=windows-1251", "", "<p>\xcf\xf0\xe8\xe2\xe5\xf2"), ": Привет"},
		"a page and no text":     {crlf("Subject: A", "Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain", "", "", "--b", "Content-Type: text/html", "", "<p>Hello.", "--b--"), ": Hello."},
		"the end is missing":     {crlf("Subject: A", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "Hello."), ": Hello."},
		"a type that is nothing": {crlf("Subject: A", "Content-Type: ;;", "", "Hello."), ": Hello."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := extracted(t, EML, c.data)
			equal(t, got, ": Subject: A", c.want)
		})
	}
}

func TestALetterThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	deep := []string{"Subject: deep"}
	for i := range 50 {
		deep = append(deep, fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d", i), "", fmt.Sprintf("--b%d", i))
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"no letter":            {[]byte("this is none\n"), ErrBroken},
		"nested beyond reason": {crlf(deep...), ErrTooSlow},
		"letters in letters":   {crlf(strings.Split(strings.Repeat("Content-Type: message/rfc822||", 50), "|")...), ErrTooSlow},
		"parts without end":    {crlf("Content-Type: multipart/mixed; boundary=b", "", strings.Repeat("--b\r\n\r\na\r\n", maxLetterParts+1)), ErrTooSlow},
		"text without end":     {append(crlf("Subject: A", ""), strings.Repeat("a\n\n", maxText)...), ErrTooMuchText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, EML, c.data, c.want)
		})
	}
}
