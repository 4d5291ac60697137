export interface Me {
  user: { id: string; email: string; name?: string };
  tenant: { id: string; name: string };
  role: string;
}

export interface Settings {
  greeting: string;
  instructions: string;
  tone: string;
  languages: string[] | null;
  model: string;
  threshold: number;
  handoff: boolean;
  fallback: string;
}

export interface Appearance {
  accent: string;
  theme: string;
  position: string;
  title: string;
  launcher: string;
  avatar: string;
  starters: string[] | null;
}

export interface Bot {
  id: string;
  name: string;
  settings: Settings;
  appearance: Appearance;
  domains: string[] | null;
  created_at: string;
  updated_at: string;
}

export interface Source {
  id: string;
  kind: string;
  title: string;
  url?: string;
  media_type?: string;
  size: number;
  state: string;
  error?: string;
  pages: number;
  pages_read: number;
  passages: number;
  created_at: string;
  updated_at: string;
}

export interface Passage {
  source: string;
  title: string;
  url?: string;
  text: string;
  score: number;
  confidence?: number;
  page?: number;
}

export interface Conversation {
  id: string;
  bot: string;
  status: string;
  preview: string;
  page?: string;
  locale?: string;
  created_at: string;
  updated_at: string;
}

export interface Page<T> {
  items: T[] | null;
  next?: string;
}
