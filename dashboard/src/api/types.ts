import type { components } from './schema';

type Schemas = components['schemas'];

export type Bot = Schemas['Bot'];
export type Settings = Schemas['Settings'];
export type Appearance = Schemas['Appearance'];
export type Source = Schemas['Source'];
export type NewSource = Schemas['NewSource'];
export type Passage = Schemas['Passage'];
export type Conversation = Schemas['Conversation'];
export type Status = Conversation['status'];
export type Citation = Schemas['Citation'];
export type Trace = Schemas['Trace'];
export type TracedPassage = Schemas['TracedPassage'];
export type Author = Schemas['Author'];
export type Registration = Schemas['Registration'];

/** A durable event of a conversation's log, as REST and the socket both bring it. */
export type WireEvent = Schemas['Event'];
