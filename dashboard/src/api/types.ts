import type { components } from './schema';

type Schemas = components['schemas'];

export type Bot = Schemas['Bot'];
export type Settings = Schemas['Settings'];
export type Appearance = Schemas['Appearance'];
export type Source = Schemas['Source'];
export type NewSource = Schemas['NewSource'];
export type Passage = Schemas['Passage'];
export type Status = Conversation['status'];
export type Citation = Schemas['Citation'];
export type Trace = Schemas['Trace'];
export type TracedPassage = Schemas['TracedPassage'];
export type Author = Schemas['Author'];
export type Registration = Schemas['Registration'];

/** A durable event of a conversation's log, as REST and the socket both bring it. */
export type WireEvent = Schemas['Event'];

/** A conversation as lists show it; what the socket brings has no `read`. */
export type Conversation = Schemas['Conversation'];
export type Note = Schemas['Note'];
export type Activity = Schemas['Activity'];
export type Label = Schemas['Label'];
/** A saved reply. */
export type Reply = Schemas['SavedReply'];
export type Member = Schemas['Member'];
/** seq up to which a conversation was read, by whom. */
export type Reads = Schemas['Reads'];
export type Me = Schemas['Me'];
export type Role = Me['role'];
export type Permission = Me['permissions'][number];
export type Hours = Schemas['Hours'];
export type OpenHours = Schemas['OpenHours'];
export type NewReply = Schemas['NewSavedReply'];
export type NewLabel = Schemas['NewLabel'];
export type Invitation = Schemas['Invitation'];
/** An invitation with the link by which its person joins; it is told once. */
export type CreatedInvitation = Schemas['CreatedInvitation'];
/** What an invitation's link tells whoever opens it. */
export type Welcome = Schemas['Welcome'];
