package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

const (
	// postPoll is how often letters are looked for that another node planned, or that are due again.
	postPoll = 2 * time.Second
	// postPlaces is how many letters a node sends at a time.
	postPlaces = 4
	// postLease is how long a letter that was taken by a process that died waits. An attempt ends within postTime, long before.
	postLease = 2 * time.Minute
	postTime  = 30 * time.Second
	// postTries is how often sending a letter is tried; from postPause on, which doubles, that takes an hour.
	postTries = 9
	postPause = 15 * time.Second
)

// Mail is a letter as it is to be read. Its link is secret.
type Mail struct {
	ID    string
	Kind  LetterKind
	Taken bool // of a LetterChange: somebody wants to move to this address, which has an account
	To    string
	Link  string // empty: there is none
}

// Postman sends mails about accounts.
type Postman interface {
	// Deliver sends a mail. ErrUndeliverable: trying again is of no use.
	Deliver(ctx context.Context, mail Mail) error
}

// ErrUndeliverable is of mails that can never be sent, such as to an address that there is not.
var ErrUndeliverable = errors.New("the mail can never be sent")

// post plans a letter, and wakes whoever sends it.
func (s *Service) post(ctx context.Context, kind LetterKind, subject, address string) error {
	if s.letters == nil {
		return nil
	}
	now := s.now().UTC()
	err := s.letters.PutLetter(ctx, Letter{
		ID: chat.NewID(letterPrefix), Kind: kind, Subject: subject, Address: address, Due: now, Expires: now.Add(kind.life()),
	})
	if err != nil {
		return fmt.Errorf("plan a mail: %w", err)
	}
	select {
	case s.posted <- struct{}{}:
	default: // it will look anyway
	}
	return nil
}

// StartPost sends what is planned, by this node and others, until stop is called, which waits for what is under way.
func (s *Service) StartPost() (stop func()) {
	if s.letters == nil || s.postman == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background()) // ends with stop
	var running sync.WaitGroup
	running.Go(func() {
		poll := time.NewTicker(postPoll)
		defer poll.Stop()
		for {
			for s.deliver(ctx) == postPlaces {
			}
			select {
			case <-ctx.Done():
				return
			case <-s.posted:
			case <-poll.C:
			}
		}
	})
	return func() { cancel(); running.Wait() }
}

// deliver sends a few letters that are due, and returns how many.
func (s *Service) deliver(ctx context.Context) int {
	letters, err := s.letters.TakeLetters(ctx, postPlaces, postLease)
	if err != nil {
		if ctx.Err() == nil {
			s.logger.Warn("cannot look for mails about accounts", slog.Any("error", err))
		}
		return 0
	}
	var sending sync.WaitGroup
	for _, letter := range letters {
		sending.Go(func() {
			within, cancel := context.WithTimeout(context.WithoutCancel(ctx), postTime)
			defer cancel()
			if err := s.attempt(within, letter); err != nil {
				s.logger.Warn("a mail about an account was not sent", slog.String("mail", letter.ID), slog.String("kind", string(letter.Kind)),
					slog.Int("tries", letter.Tries), slog.Any("error", err))
			}
		})
	}
	sending.Wait()
	return len(letters)
}

// attempt sends a letter, if anybody needs it, and keeps when to try again. A secret is kept before it leaves.
func (s *Service) attempt(ctx context.Context, letter Letter) error {
	mail, err := s.write(ctx, letter)
	if err == nil && mail.To != "" {
		if mail.Link != "" {
			token, hash, failure := newSecret(letter.ID)
			if failure != nil {
				return failure
			}
			mail.Link += token
			letter = letter.with(LetterSecret{Hash: hash, Until: s.now().UTC().Add(letter.Kind.life())})
			if err := s.letters.KeepLetter(ctx, letter); err != nil {
				return stillWanted(err)
			}
		}
		err = s.postman.Deliver(ctx, mail)
	}
	letter.Due = time.Time{}
	if err != nil && !errors.Is(err, ErrUndeliverable) && letter.Tries < postTries {
		letter.Due = s.now().UTC().Add(postPause << (letter.Tries - 1))
	}
	return errors.Join(err, stillWanted(s.letters.KeepLetter(ctx, letter)))
}

// stillWanted forgives a letter that was put again, or used, since it was taken.
func stillWanted(err error) error {
	if errors.Is(err, chat.ErrNotFound) {
		return nil
	}
	return err
}

// write decides what a letter says at this moment; a Mail to nobody: it is not needed. The link lacks its token.
func (s *Service) write(ctx context.Context, letter Letter) (Mail, error) {
	mail := Mail{ID: letter.ID, Kind: letter.Kind, To: letter.Address}
	if letter.Kind.notice() {
		return mail, nil
	}
	switch letter.Kind {
	case LetterReset:
		mail.Link = s.page("/reset#")
		_, _, err := s.store.UserByEmail(ctx, letter.Address)
		return needed(mail, err == nil, err)
	case LetterChange:
		holder, _, err := s.store.UserByEmail(ctx, letter.Address)
		if err == nil && holder.ID != letter.Subject {
			mail.Taken = true
			return mail, nil
		}
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return Mail{}, fmt.Errorf("look for who has an address: %w", err)
		}
	default:
	}
	mail.Link = s.page("/confirm#")
	user, _, err := s.store.User(ctx, letter.Subject)
	return needed(mail, letter.Kind == LetterChange || !user.Confirmed && strings.EqualFold(user.Email, letter.Address), err)
}

// needed returns the mail, or none to anybody, when what it is about is not there any more.
func needed(mail Mail, needed bool, err error) (Mail, error) {
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return Mail{}, fmt.Errorf("read whom a mail is for: %w", err)
	}
	if err != nil || !needed {
		return Mail{}, nil
	}
	return mail, nil
}

// page is where browsers reach one of the dashboard's pages. Behind "#", a token stays out of the logs of servers and proxies.
func (s *Service) page(path string) string { return strings.TrimSuffix(s.publicURL, "/") + path }
