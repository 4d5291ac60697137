import type { components } from './schema';

type Schemas = components['schemas'];

export type Bot = Schemas['Bot'];
export type Settings = Schemas['Settings'];
export type Appearance = Schemas['Appearance'];
export type Source = Schemas['Source'];
export type NewSource = Schemas['NewSource'];
export type Plan = Schemas['Plan'];
export type Address = Schemas['SiteAddress'];
export type Pair = Schemas['FaqAnswer'];
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
export type Spent = Schemas['Spent'];
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
export type SettingsPatch = Schemas['SettingsPatch'];
/** How a bot answers a question, tried without a conversation. */
export type Preview = Schemas['Preview'];
export type NewPreview = Schemas['NewPreview'];
export type PreviewPassage = Schemas['PreviewPassage'];
/** Where an answer ended. */
export type AnswerPlace = Schemas['AnswerPlace'];
/** Questions for the same that were not answered well. */
export type GapGroup = Schemas['GapGroup'];
export type GapState = Schemas['SettledGaps']['state'];
export type NewFix = Schemas['NewFix'];
export type OldAnswer = Schemas['OldAnswer'];
export type TestQuestion = Schemas['TestQuestion'];
export type TestWish = Schemas['TestWish'];
export type TestRun = Schemas['TestRun'];
export type TestResult = Schemas['TestResult'];
export type ImportedTests = Schemas['ImportedTests'];
/** A server of the business that is told what happens. */
export type Webhook = Schemas['Webhook'];
export type CreatedWebhook = Schemas['CreatedWebhook'];
export type NewWebhook = Schemas['NewWebhook'];
export type WebhookPatch = Schemas['WebhookPatch'];
/** A corrected answer or a test that has words of a visitor. */
export type VisitorCopy = Schemas['VisitorCopy'];
/** What a webhook answered to a ping. */
export type WebhookTest = Schemas['Pinged'];
/** A key by which programs use the API; its text is told once. */
export type ApiKey = Schemas['ApiKey'];
export type NewApiKey = Schemas['NewAPIKey'];
/** From where the dashboard is reached. */
export type Access = Schemas['TenantAccess'];
/** Where a person is signed in. */
export type Session = Schemas['Session'];
export type AuditEntry = Schemas['AuditEntry'];
/** What the business, or one of its keys, did in an hour. */
export type ActivityHour = Schemas['ActivityHour'];
/** An hour that was unlike its own history. */
export type Anomaly = Schemas['Anomaly'];
export type Tenant = Schemas['Tenant'];
/** For how long what is kept. */
export type Retention = Schemas['Retention'];
/** Of everything that the business has. */
export type TenantExport = Schemas['Export'];
/** Whether, and by which secrets, a website says who its visitors are. */
export type VisitorIdentity = Schemas['VisitorIdentity'];
/** What is sold. */
export type PlansOnOffer = Schemas['PlansShown'];
/** What a business has, or can have. */
export type BillingPlan = Schemas['BillingPlan'];
export type Feature = NonNullable<BillingPlan['features']>[number];
export type Subscription = Schemas['Subscription'];
export type Interval = NonNullable<Subscription['interval']>;
/** What a change of the plan would cost, and what would stop working. */
export type PlanPreview = Schemas['PlanPreview'];
export type Invoice = Schemas['Invoice'];
export type Usage = Schemas['Usage'];
export type UsedDay = Schemas['UsedDay'];
/** Until when whoever runs the service may look at the business. */
export type SupportAccess = Schemas['SupportAccess'];
