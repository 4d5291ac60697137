-- A member wants one placement. It answers with the holder, or '' and why not.
if not generation or t < closed then return { '', 'closed' } end
if not own then return { '', 'stranger' } end
local holder = other(KEYS[3])
if holder then return { holder } end
take(KEYS[3])
return { member }
