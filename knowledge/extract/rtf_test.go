package extract

import (
	"strings"
	"testing"
)

func TestRichTextIsReadInItsCodePages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rtf  string
		want []string
	}{
		"Western":                   {`{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe\par aus K\'f6ln\~\endash\~bald}`, []string{": Grüße", ": aus Köln – bald"}},
		"Russian, by the document":  {`{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}`, []string{": Привет"}},
		"Japanese, by the font":     {`{\rtf1\ansi{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 MS Gothic;}}\f0 A: \f1\'93\'fa\'96\{\f0 .}`, []string{": A: 日本."}},
		"Unicode":                   {`{\rtf1\ansi\uc1 \u26085?\u26412?\uc2\u8364\'80\'80 5 \u-10179??\u-8704??}`, []string{": 日本€ 5 😀"}},
		"what stands for a symbol":  {`{\rtf1{\listtext\u61623?\tab}One\par{\pntext 2.\tab}Two\par}`, []string{": - One", ": 2. Two"}},
		"headings":                  {`{\rtf1{\stylesheet{\s1 heading 1;}{\s2\outlinelevel1 Other;}}\s1 A\par\pard\s2 B\par\pard text\par}`, []string{"A > B: text"}},
		"tables":                    {`{\rtf1\trowd\pard\intbl Plan\cell Price\cell\row\trowd\intbl Solo\par plan\cell 9\cell\row\pard after}`, []string{": Plan | Price", ": Solo plan | 9", ": after"}},
		"notes":                     {`{\rtf1 Text{\footnote \pard Working days.}!\par}`, []string{": Text!", ": Working days."}},
		"what is not shown":         {`{\rtf1{\header no}{\*\unknown no}{\v no}a{\pict 00ff}{\object{\*\objdata 01}{\result b}}\v no\v0 c{\field{\*\fldinst no}{\fldrslt d}}\bin4 }}}}e{\deleted no}}`, []string{": abcde"}},
		"a title":                   {`{\rtf1{\info{\title The title}{\author no}}text}`, []string{": text"}},
		"braces and backslashes":    {`{\rtf1 a\{b\}\\c\_d}`, []string{`: a{b}\c-d`}},
		"the last brace is missing": {`{\rtf1 text`, []string{": text"}},
		"nothing":                   {`{\rtf1}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := extracted(t, RTF, []byte(c.rtf))
			equal(t, got, c.want...)
		})
	}
}

func TestRichTextThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rtf  string
		want error
	}{
		"no RTF":               {"hello", ErrBroken},
		"truncated":            {`{\rtf1{\fonttbl{\f0 Ari`, ErrBroken},
		"nested beyond reason": {`{\rtf1` + strings.Repeat("{", 100_000), ErrTooSlow},
		"text without end":     {`{\rtf1 ` + strings.Repeat(strings.Repeat("a", 1<<16)+`\par `, maxText>>16+1), ErrTooMuchText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, RTF, []byte(c.rtf), c.want)
		})
	}
}
