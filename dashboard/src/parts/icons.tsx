import type { ReactNode } from 'react';
import mark from './mark.svg';

// The dashboard's own few icons: 20 px, strokes of 1.5, never without words beside them or a label around them.
function icon(paths: ReactNode) {
  return function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {paths}
      </svg>
    );
  };
}

export const HomeIcon = icon(<path d="M3.5 8.8 10 3.5l6.5 5.3v7a.9.9 0 0 1-.9.9h-3.4v-4.4H7.8v4.4H4.4a.9.9 0 0 1-.9-.9z" />);
export const BotIcon = icon(
  <>
    <rect x="3.5" y="6.5" width="13" height="9.5" rx="2.5" />
    <path d="M10 6.5V3.8M7.5 10.5v1.4M12.5 10.5v1.4" />
    <circle cx="10" cy="3.2" r=".6" />
  </>,
);
export const ChatIcon = icon(
  <path d="M3.5 6A2.5 2.5 0 0 1 6 3.5h8A2.5 2.5 0 0 1 16.5 6v5a2.5 2.5 0 0 1-2.5 2.5H9.3L6 16.3v-2.8a2.5 2.5 0 0 1-2.5-2.5z" />,
);
export const CheckIcon = icon(<path d="m4.5 10.5 3.7 3.7 7.3-8" />);
export const PlusIcon = icon(<path d="M10 4v12M4 10h12" />);
export const DownIcon = icon(<path d="m5.5 8 4.5 4.5L14.5 8" />);
export const BackIcon = icon(<path d="M12 4.5 6.5 10l5.5 5.5" />);
export const UploadIcon = icon(<path d="M10 13V4m0 0L6.5 7.5M10 4l3.5 3.5M3.5 13.5v1.2a1.8 1.8 0 0 0 1.8 1.8h9.4a1.8 1.8 0 0 0 1.8-1.8v-1.2" />);
export const FileIcon = icon(
  <>
    <path d="M5 4.3a.8.8 0 0 1 .8-.8h5.4L15 7.3v8.4a.8.8 0 0 1-.8.8H5.8a.8.8 0 0 1-.8-.8z" />
    <path d="M11 3.8v3.7h3.7" />
  </>,
);
export const GlobeIcon = icon(
  <>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M3.5 10h13M10 3.5c2 1.9 2.9 4.1 2.9 6.5S12 14.6 10 16.5C8 14.6 7.1 12.4 7.1 10S8 5.4 10 3.5z" />
  </>,
);
export const QuestionIcon = icon(
  <>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M8 8.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3M10 13.5v.01" />
  </>,
);
export const TextIcon = icon(<path d="M4 5.5h12M4 9h12M4 12.5h7" />);
export const TrashIcon = icon(<path d="M4 5.8h12M8 5.5V4.3a.8.8 0 0 1 .8-.8h2.4a.8.8 0 0 1 .8.8v1.2M5.5 6l.6 9.6a1 1 0 0 0 1 .9h5.8a1 1 0 0 0 1-.9l.6-9.6" />);
export const CloseIcon = icon(<path d="m5.5 5.5 9 9m0-9-9 9" />);
export const CopyIcon = icon(
  <>
    <rect x="7.5" y="7.5" width="9" height="9" rx="1.8" />
    <path d="M12.5 7.5V5.3a1.8 1.8 0 0 0-1.8-1.8H5.3a1.8 1.8 0 0 0-1.8 1.8v5.4a1.8 1.8 0 0 0 1.8 1.8h2.2" />
  </>,
);
export const ExternalIcon = icon(<path d="M11.5 4h4.5v4.5M16 4l-7 7M13.5 11.5v3.2a1.3 1.3 0 0 1-1.3 1.3H5.3A1.3 1.3 0 0 1 4 14.7V7.8a1.3 1.3 0 0 1 1.3-1.3h3.2" />);
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 3.5 3.5" />
  </>,
);
export const RetryIcon = icon(<path d="M15.8 8.5A6.2 6.2 0 1 0 16 11M16 4.5v4h-4" />);
export const SignOutIcon = icon(<path d="M8.5 16.5H5.3a1.3 1.3 0 0 1-1.3-1.3V4.8a1.3 1.3 0 0 1 1.3-1.3h3.2M12.5 13.5 16 10l-3.5-3.5M16 10H8" />);
export const WarningIcon = icon(<path d="M10 4 3.3 15.7h13.4zM10 8.5v3.2M10 13.7v.01" />);

export const MoreIcon = icon(<path d="M4.5 10h.01M10 10h.01M15.5 10h.01" strokeWidth="2.5" />);
export const FilterIcon = icon(<path d="M3.5 5.5h13M6 10h8M8.5 14.5h3" />);
export const ClockIcon = icon(
  <>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 6.5V10l2.5 1.8" />
  </>,
);
export const PersonIcon = icon(
  <>
    <circle cx="10" cy="7" r="3" />
    <path d="M4 16.3c.6-2.8 3-4.3 6-4.3s5.4 1.5 6 4.3" />
  </>,
);
export const PeopleIcon = icon(
  <>
    <circle cx="7.5" cy="7.2" r="2.7" />
    <path d="M2.5 15.8c.5-2.5 2.4-3.8 5-3.8s4.5 1.3 5 3.8M12.5 4.8a2.7 2.7 0 0 1 0 4.9M14.5 12.3c1.6.5 2.7 1.7 3 3.5" />
  </>,
);
export const InboxIcon = icon(<path d="M3.5 11.5 5.3 5a1.5 1.5 0 0 1 1.4-1h6.6a1.5 1.5 0 0 1 1.4 1l1.8 6.5v3a1.5 1.5 0 0 1-1.5 1.5H5a1.5 1.5 0 0 1-1.5-1.5zm0 0h3.7l1 2h3.6l1-2h3.7" />);
export const AtIcon = icon(
  <>
    <circle cx="10" cy="10" r="2.8" />
    <path d="M12.8 7.2v3.6a1.9 1.9 0 0 0 3.7-.8 6.5 6.5 0 1 0-2.6 5.2" />
  </>,
);
export const BanIcon = icon(
  <>
    <circle cx="10" cy="10" r="6.5" />
    <path d="m5.5 5.5 9 9" />
  </>,
);
export const NoteIcon = icon(<path d="M4.5 3.5h11v8.5l-4 4.5h-7zM11.5 16v-4h4" />);
export const LabelIcon = icon(<path d="M3.5 4.5v5l7 7 6-6-7-7h-5a1 1 0 0 0-1 1zM7 7.5v.01" />);
export const InfoIcon = icon(
  <>
    <rect x="3.5" y="4" width="13" height="12" rx="2" />
    <path d="M12 4v12" />
  </>,
);
export const KeyIcon = icon(
  <>
    <circle cx="7" cy="13" r="3.2" />
    <path d="m9.4 10.7 6.6-6.7M13 7l2.2 2.2" />
  </>,
);
export const GearIcon = icon(
  <>
    <path d="M4 6h6M14 6h2M4 14h2M10 14h6" />
    <circle cx="12" cy="6" r="2" />
    <circle cx="8" cy="14" r="2" />
  </>,
);
export const PulseIcon = icon(<path d="M3.5 10h3l2-5 3 10 2-5h3" />);
export const ListIcon = icon(<path d="M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.7 5.5h.01M3.7 10h.01M3.7 14.5h.01" />);
export const HookIcon = icon(<path d="M8 4.5H5a1.5 1.5 0 0 0-1.5 1.5v8A1.5 1.5 0 0 0 5 15.5h3M8 10h8.5m0 0L13 6.5m3.5 3.5L13 13.5" />);
export const PenIcon = icon(<path d="m4 16 .7-3.2 8.4-8.4a1.3 1.3 0 0 1 1.8 0l.7.7a1.3 1.3 0 0 1 0 1.8l-8.4 8.4zM11.7 5.8l2.5 2.5" />);
export const SendIcon = icon(<path d="M16.5 10 4 4.5l2 5.5-2 5.5zM6 10h5" />);
export const StopIcon = icon(<rect x="5.5" y="5.5" width="9" height="9" rx="1.5" />);

export function Mark({ size = 24 }: { size?: number }) {
  return <img src={mark} width={size} height={size} alt="" />;
}
