import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Conversation } from '../../api/types';
import { desk, Refusal } from '../../live/desk';
import { outbox } from '../../live/store';
import { conversation } from '../../test/conversation';
import { server, show } from '../../test/show';
import type { Actions } from './actions';
import { Composer } from './composer';

const person = (permissions: string[]) => ({
  user: { id: 'usr_1', email: 'ada@shop.example', name: 'Ada' },
  tenant: { id: 'tnt_1', name: 'Acme', created_at: '2026-01-01T00:00:00Z' },
  role: 'agent',
  available: true,
  permissions,
});
const mine: Partial<Conversation> = { status: 'agent', agent: { id: 'usr_1', name: 'Ada' }, assignee: 'usr_1', contact: { name: 'Mia' } };
const actions = { busy: false, take: vi.fn() } as unknown as Actions;
const leave = vi.fn();

function open(c: Partial<Conversation>, permissions = ['read', 'take']) {
  const { answer } = server({
    'GET /api/v1/me': { status: 200, body: person(permissions) },
    'GET /api/v1/members': {
      status: 200,
      body: { items: [{ id: 'usr_2', name: 'Bo Li', email: 'bo@shop.example', role: 'agent', available: true, joined_at: '2026-01-01T00:00:00Z' }], next: '' },
    },
    'GET /api/v1/replies': {
      status: 200,
      body: { items: [{ id: 'rpl_1', shortcut: 'hi', title: 'Greeting', text: 'Hi {{visitor.name}}, this is {{agent.name}} of {{company}}.' }], next: '' },
    },
  });
  vi.stubGlobal('fetch', answer);
  return show(<Composer c={conversation(c)} bot="Helper" actions={actions} leave={leave} />);
}

beforeEach(() => {
  localStorage.clear();
  vi.spyOn(desk, 'ask').mockRejectedValue(new Refusal('away', ''));
  outbox.begin('usr_1');
});
afterEach(() => {
  for (const { id } of outbox.all()) outbox.discard(id);
  vi.unstubAllGlobals();
});

const sent = () => outbox.all().map(({ kind, text, mentions }) => ({ kind, text, mentions }));

test('Enter sends, and with Shift begins a line; what was begun is there again later', async () => {
  const user = userEvent.setup();
  const first = await open(mine);
  const field = await screen.findByRole('textbox', { name: /reply/ });
  await user.type(field, 'One{Shift>}{Enter}{/Shift}two{Enter}');
  expect(sent()).toEqual([{ kind: 'reply', text: 'One\ntwo', mentions: [] }]);
  await user.type(field, 'A draft');
  first.unmount();
  await open(mine);
  expect(await screen.findByRole('textbox', { name: /reply/ })).toHaveProperty('value', 'A draft');
});

test('a saved reply is found behind "/" and filled in', async () => {
  const user = userEvent.setup();
  await open(mine);
  const field = await screen.findByRole('textbox', { name: /reply/ });
  await user.type(field, '/h');
  await screen.findByRole('option', { name: /Greeting/ });
  await user.keyboard('{Enter}');
  expect(field).toHaveProperty('value', 'Hi Mia, this is Ada of Acme.');
  expect(sent()).toEqual([]);
});

test('a note names colleagues behind "@", and is sent whoever has the conversation', async () => {
  const user = userEvent.setup();
  await open({ status: 'bot' });
  await user.click(await screen.findByText('Note'));
  const field = await screen.findByRole('textbox', { name: /note/ });
  await user.type(field, 'Ask @b');
  await screen.findByRole('option', { name: /Bo Li/ });
  await user.keyboard('{Enter}');
  await user.type(field, 'please{Enter}');
  expect(sent()).toEqual([{ kind: 'note', text: 'Ask @Bo Li please', mentions: ['usr_2'] }]);
});

test.each<[string, Partial<Conversation>, RegExp]>([
  ['the bot answers', { status: 'bot' }, /The bot answers here/],
  ['it waits', { status: 'waiting' }, /waits for a person/],
  ['a colleague has it', { status: 'agent', agent: { id: 'usr_2', name: 'Bo Li' } }, /Bo Li has this conversation/],
  ['it is closed', { status: 'closed' }, /is closed/],
])('while %s there is no field for a reply, but a way to one', async (_, c, text) => {
  await open(c);
  await screen.findByText(text);
  expect(screen.queryByRole('textbox')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: /Take over|Reopen/ }));
  expect(actions.take).toHaveBeenCalledWith(false, expect.anything());
});

test('who may only read is told so', async () => {
  await open(mine, ['read']);
  await screen.findByText(/You may read/);
  expect(screen.queryByRole('textbox')).toBeNull();
});
