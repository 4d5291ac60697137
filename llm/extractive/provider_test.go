package extractive_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/llm"
	"parley/llm/extractive"
)

// ask returns the whole answer, and fails on pieces that break the port's promises.
func ask(t *testing.T, question string, passages ...llm.Passage) string {
	t.Helper()
	var text strings.Builder
	result, err := extractive.Provider{}.Answer(t.Context(), llm.Request{Question: question, Passages: passages}, func(piece string) error {
		if piece == "" || !utf8.ValidString(piece) {
			t.Errorf("emitted %q", piece)
		}
		text.WriteString(piece)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "stop"
	if text.Len() == 0 {
		want = extractive.Empty
	}
	if result.Finish != want || result.OutputTokens != 0 {
		t.Errorf("result = %+v, want finish %q and no tokens", result, want)
	}
	return text.String()
}

var (
	returns = llm.Passage{
		Title: "Returns", Headings: []string{"How long do I have to return something?"},
		Text: "You have 45 days from delivery. After that we can only exchange.\n\nSale items have 14 days.",
	}
	shipping = llm.Passage{
		Title: "Shipping", Headings: []string{"Shipping", "Abroad"},
		Text: "We ship to every country of the European Union. Dr. Kim answers questions about customs, e.g. for Norway. " +
			"Parcels to Norway take nine days on average and are handed over by the post office there. Our warehouse is in Ghent.",
	}
	steps = llm.Passage{
		Title: "Account", Headings: []string{"Password"},
		Text: "We never see your password.\n\nTo change your password:\n\n1. Open your profile.\n2. Choose Security.\n3. Type the new password twice.\n\nYou stay signed in.",
	}
	snippet = llm.Passage{
		Title: "Widget", Headings: []string{"Installing the widget"},
		Text: "Copy this line into your page, before the end of the body.\n\n<script src=\"https://chat.example/widget.js\" async></script>\n\nIt loads after your own content.",
	}
	plans = llm.Passage{
		Title: "Plans", Headings: []string{"Compare"},
		Text: "Plan | Price | Answers\nStarter | €0 | 100 a month\nPro | €29 | 5,000 a month",
	}
)

func TestAnswersReadAsAPersonWouldQuoteThem(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		question string
		passages []llm.Passage
		want     string
	}{
		"a heading that is the question answers with its body": {
			"How long do I have to return something?", []llm.Passage{shipping, returns},
			"You have 45 days from delivery. After that we can only exchange.\n\nSale items have 14 days. [2]",
		},
		"so does one that is asked in other words": {
			"how many days until I must return an item", []llm.Passage{returns, shipping},
			"You have 45 days from delivery. After that we can only exchange.\n\nSale items have 14 days. [1]",
		},
		"of a long paragraph only the sentence that answers": {
			"How many days do parcels to Norway take?", []llm.Passage{shipping, returns},
			"Parcels to Norway take nine days on average and are handed over by the post office there. [1]",
		},
		"abbreviations do not cut a sentence": {
			"Who answers customs questions?", []llm.Passage{shipping},
			"Dr. Kim answers questions about customs, e.g. for Norway. [1]",
		},
		"steps stay together, with what announces them": {
			"How can I change my password?", []llm.Passage{steps},
			"To change your password:\n\n1. Open your profile.\n2. Choose Security.\n3. Type the new password twice. [1]",
		},
		"code is fenced, and its mark stands where Markdown allows it": {
			"Which line do I copy into my page?", []llm.Passage{snippet},
			"Copy this line into your page, before the end of the body. [1]\n\n```\n<script src=\"https://chat.example/widget.js\" async></script>\n```",
		},
		"a row of a table names its columns": {
			"What is the price of Pro?", []llm.Passage{plans},
			"Pro; Price: €29; Answers: 5,000 a month [1]",
		},
		"a table of two columns reads as pairs, and empty cells are left out": {
			"What does PARLEY_ADDR set?", []llm.Passage{{Headings: []string{"Variables"}, Text: "Variable | Meaning\nPARLEY_ADDR | where it listens\nPARLEY_KEY | "}},
			"PARLEY_ADDR: where it listens [1]",
		},
		"tags that a text speaks about are kept": {
			"Where do I paste the line?", []llm.Passage{{Text: "Paste the line before </body> on <b>every</b> page."}},
			"Paste the line before `</body>` on every page. [1]",
		},
		"prose that begins with a command is no code": {
			"How do I start the server?", []llm.Passage{{Text: "docker compose up starts the server. It needs two secrets."}},
			"docker compose up starts the server. It needs two secrets. [1]",
		},
		"a bare yes or no of another question is not repeated": {
			"Do parcels have a tracking number?", []llm.Passage{{Headings: []string{"Is shipping insured?", "More"}, Text: "Yes. All parcels have a tracking number."}},
			"All parcels have a tracking number. [1]",
		},
		"nor is it where the whole section is": {
			"Do parcels have a tracking number?", []llm.Passage{{Headings: []string{"Is shipping insured?"}, Text: "Yes. All parcels have a tracking number."}},
			"All parcels have a tracking number. [1]",
		},
		"of two questions in a heading one is enough": {
			"What can I upload?", []llm.Passage{
				{Headings: []string{"How do I upload documents?"}, Text: "Drop them on the page."},
				{Headings: []string{"What can I upload? Which types of files are supported?"}, Text: "PDF and Markdown."},
			},
			"PDF and Markdown. [2]",
		},
		"words that are written as one or as two are the same": {
			"Where do I login with my email?", []llm.Passage{{Text: "Log in at the top of the page. Your e-mail address is your name there. The shop closes at noon. It opens at eight."}},
			"Log in at the top of the page. Your e-mail address is your name there. [1]",
		},
		"nothing fits": {
			"Do you sell gift cards?", []llm.Passage{returns, shipping, steps}, "",
		},
		"words that say nothing are no question": {
			"what can you do for me?", []llm.Passage{returns, shipping}, "",
		},
		"no passages":  {"How long is the warranty?", nil, ""},
		"no question":  {"?!", []llm.Passage{returns}, ""},
		"no text":      {"return", []llm.Passage{{Title: "Return"}}, ""},
		"invalid text": {"What is the warranty?", []llm.Passage{{Text: "The warranty is \xff two years."}}, "The warranty is \uFFFD two years. [1]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ask(t, c.question, c.passages...); got != c.want {
				t.Errorf("%q is answered\n%s\nwant\n%s", c.question, got, c.want)
			}
		})
	}
}

func TestAnswersInOtherLanguages(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ question, text, want string }{
		"German": {
			"Wie lange dauert die Lieferung?",
			"Wir versenden mit der Post. Die Lieferung dauert ca. drei Werktage, z. B. nach Bern. Unser Laden ist in Zürich. Er hat montags geschlossen.",
			"Die Lieferung dauert ca. drei Werktage, z. B. nach Bern.",
		},
		"French":   {"Quel est le délai de livraison ?", "La boutique ferme à midi. Le délai de livraison est de trois jours. Nous parlons français et anglais, et un peu d'italien. Les retours sont gratuits.", "Le délai de livraison est de trois jours."},
		"Chinese":  {"保修期多长？", "我们的总部设在上海。所有产品的保修期为两年。退货请在三十天之内提出申请。周末不营业。客服电话全天开放，欢迎来电咨询各种问题，我们会尽快回复。", "所有产品的保修期为两年。"},
		"Japanese": {"返品はいつまでできますか", "送料は無料です。返品は到着後30日以内にできます。店舗は東京にあります。営業時間は十時からです。お問い合わせはメールでお願いします。", "返品は到着後30日以内にできます。"},
		"Russian":  {"Сколько длится доставка?", "Магазин открыт ежедневно с девяти утра. Доставка длится три дня, если товар есть на складе. Оплатить можно картой или наличными. Возврат возможен в течение двух недель после покупки.", "Доставка длится три дня, если товар есть на складе."},
		"Arabic":   {"كم مدة الضمان؟", "المتجر مفتوح كل يوم من التاسعة صباحا حتى المساء. مدة الضمان سنتان لكل المنتجات. يمكن الدفع بالبطاقة أو نقدا عند الاستلام. نرسل الطلبات إلى جميع المدن بلا استثناء.", "مدة الضمان سنتان لكل المنتجات."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(t, c.question, llm.Passage{Text: c.text})
			if !strings.Contains(got, c.want) {
				t.Errorf("%q is answered %q, want %q in it", c.question, got, c.want)
			}
			if strings.TrimSuffix(got, " [1]") == c.text {
				t.Errorf("the whole passage was repeated")
			}
		})
	}
}

func TestWhatIsLeftOfMarkdownAndOfPagesIsRemoved(t *testing.T) {
	t.Parallel()
	text := "import useBaseUrl from '@docusaurus/useBaseUrl';\n\nHome › Docs › Export\n\nSkip to content\n\n" +
		"Exports are made **every night** and kept for _thirty days_; see [the API](api.md#top).\n" +
		"<div class=\"browser\"><img alt=\"x\" src={useBaseUrl('img/x.png')} /></div>\n\n" +
		":::tip Exports of teams\nOnly owners can start the export of a team ![icon](i.png){#team}.\n:::\n\nEdit this page\n"
	got := ask(t, "How are exports made and kept?", llm.Passage{Title: "Export", Headings: []string{"Exports"}, Text: text})
	for _, debris := range []string{"**", "_", "](", "<", "import", "Home", "Skip", "Edit this", ":::", "{", "!["} {
		if strings.Contains(got, debris) {
			t.Errorf("%q is left in %q", debris, got)
		}
	}
	if want := "Exports are made every night and kept for thirty days; see the API."; !strings.Contains(got, want) {
		t.Errorf("answer = %q, want %q in it", got, want)
	}
}

func TestHalvesOfSentencesAtACutAreNotQuoted(t *testing.T) {
	t.Parallel()
	torn := llm.Passage{Text: "of the warranty and its extent. The warranty lasts two years. A longer warranty can be bought together with"}
	if got, want := ask(t, "How long does the warranty last?", torn), "The warranty lasts two years. [1]"; got != want {
		t.Errorf("answer = %q, want %q", got, want)
	}
}

func TestASecondPassageIsAddedOnlyForWhatTheFirstDoesNotSay(t *testing.T) {
	t.Parallel()
	price := llm.Passage{Title: "Prices", Text: "The Pro plan costs €29 a month."}
	trial := llm.Passage{Title: "Trial", Text: "The trial of the Pro plan lasts 14 days."}
	again := llm.Passage{Title: "News", Text: "Since May the Pro plan costs €29 a month."}
	got := ask(t, "What does the Pro plan cost and how long is the trial?", price, again, trial)
	if !strings.Contains(got, "[1]") && !strings.Contains(got, "[2]") || !strings.Contains(got, "14 days. [3]") {
		t.Errorf("answer = %q, want the price and the trial", got)
	}
	if strings.Count(got, "€29") != 1 {
		t.Errorf("answer = %q, want the price once", got)
	}
}

func TestAQuestionThatLeansOnTheOneBeforeIsAnswered(t *testing.T) {
	t.Parallel()
	request := llm.Request{
		Question: "And how long is that?", Passages: []llm.Passage{shipping},
		History: []llm.Message{{Role: llm.Visitor, Text: "Do parcels go to Norway?"}, {Role: llm.Business, Text: "Yes."}},
	}
	var got strings.Builder
	if _, err := (extractive.Provider{}).Answer(t.Context(), request, func(s string) error { got.WriteString(s); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := "Parcels to Norway take nine days on average and are handed over by the post office there. [1]"; got.String() != want {
		t.Errorf("answer = %q, want %q", got.String(), want)
	}
	if alone := ask(t, request.Question, shipping); alone != "" {
		t.Errorf("alone it is answered %q", alone)
	}
}

func TestASentenceThatTwoPagesHaveIsSaidOnce(t *testing.T) {
	t.Parallel()
	question := "How long is the warranty and what does it cover?"
	first := llm.Passage{Title: "Warranty", Headings: []string{question}, Text: "The warranty lasts two years.\n\nIt covers the frame."}
	second := llm.Passage{Title: "Terms", Headings: []string{"Warranty"}, Text: "The warranty lasts two years! The warranty of the battery covers one year."}
	if got := ask(t, question, first, second); strings.Count(got, "two years") != 1 {
		t.Errorf("answer = %q", got)
	}
}

func TestTheOwnerSaysHowLongAnswersAre(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for _, part := range []string{"frame", "fork", "saddle", "battery", "motor", "chain", "bell", "lamp", "lock", "basket"} {
		text.WriteString("The warranty covers the " + part + " of every bicycle that we have sold, and everything that is mounted to it by us.\n\n")
	}
	length := func(of string) int {
		var got strings.Builder
		request := llm.Request{Question: "What does the warranty cover?", Length: of, MaxTokens: 2_500, Passages: []llm.Passage{{Title: "Warranty", Headings: []string{"What does the warranty cover?"}, Text: text.String()}}}
		if _, err := (extractive.Provider{}).Answer(t.Context(), request, func(s string) error { got.WriteString(s); return nil }); err != nil {
			t.Fatal(err)
		}
		return utf8.RuneCountInString(got.String())
	}
	if short, normal, long := length("short"), length("normal"), length("long"); short > 450 || normal <= short || normal > 950 || long <= normal || normal != length("") {
		t.Errorf("short answers have %d characters, normal ones %d, long ones %d", short, normal, long)
	}
}

func TestHostileTextIsBoundedAndOnlyQuoted(t *testing.T) {
	t.Parallel()
	long := "The warranty " + strings.Repeat("goes on and on ", 2_000) + "."
	items := strings.Repeat("- the warranty item\n", 2_000)
	for name, text := range map[string]string{
		"a sentence without an end": long,
		"a list without an end":     items,
		"open brackets":             strings.Repeat("(", 5_000) + " warranty.",
		"open Markdown":             strings.Repeat("[![**_`<", 2_000) + " warranty",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ask(t, "What is the warranty?", llm.Passage{Text: text}); len(got) > 4_000 {
				t.Errorf("the answer has %d bytes", len(got))
			}
		})
	}
}

func TestAnswersAreShorterWhereTheRequestSaysSo(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	text := strings.Repeat("The warranty covers the frame. It covers the wheels of the bicycle. ", 1) +
		"\n\nThe warranty covers the battery for two years.\n\nThe warranty does not cover tyres, brake pads and chains."
	request := llm.Request{
		Question: "What does the warranty cover?", MaxTokens: 20,
		Passages: []llm.Passage{{Headings: []string{"What does the warranty cover?"}, Text: text}},
	}
	if _, err := (extractive.Provider{}).Answer(t.Context(), request, func(s string) error { got.WriteString(s); return nil }); err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCountInString(got.String()); n == 0 || n > 90 {
		t.Errorf("the answer has %d characters: %q", n, got.String())
	}
}

func TestTheAnswerStopsWithTheContextAndWithTheCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	pieces := 0
	_, err := extractive.Provider{}.Answer(ctx, llm.Request{Question: "How long to return?", Passages: []llm.Passage{returns}}, func(string) error {
		pieces++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || pieces != 1 {
		t.Errorf("err = %v after %d pieces, want it cancelled after one", err, pieces)
	}
	full := errors.New("full")
	_, err = extractive.Provider{}.Answer(t.Context(), llm.Request{Question: "How long to return?", Passages: []llm.Passage{returns}}, func(string) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("err = %v, want the caller's", err)
	}
}

func BenchmarkAnswer(b *testing.B) {
	request := llm.Request{Question: "How many days do parcels to Norway take?"}
	for range 6 {
		passage := shipping
		passage.Text = strings.Repeat(shipping.Text+"\n\n", 4) // 1,200 characters, as retrieval gives
		request.Passages = append(request.Passages, passage)
	}
	for b.Loop() {
		if _, err := (extractive.Provider{}).Answer(b.Context(), request, func(string) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPacedAnswersAreTheSameAndEndWithTheirContext(t *testing.T) {
	t.Parallel()
	request := llm.Request{Question: "How long to return?", Passages: []llm.Passage{returns}}
	var plain, paced strings.Builder
	if _, err := (extractive.Provider{}).Answer(t.Context(), request, func(s string) error { plain.WriteString(s); return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := (extractive.Provider{Pace: time.Microsecond}).Answer(t.Context(), request, func(s string) error { paced.WriteString(s); return nil }); err != nil {
		t.Fatal(err)
	}
	if paced.String() != plain.String() || plain.Len() == 0 {
		t.Errorf("paced %q, at once %q", paced.String(), plain.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := extractive.Provider{Pace: time.Hour}.Answer(ctx, request, func(string) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled in the first pause: %v", err)
	}
}
