// Puts the widget on the demo page: for the bot in the address, or the one that the server wrote into the page.
const page = new URLSearchParams(location.search)
const bot = page.get('bot') || document.querySelector('meta[name="parley-bot"]').content
const ask = document.getElementById('ask')

if (/^bot_\w+$/.test(bot)) {
  const script = document.createElement('script')
  script.src = '/widget.js'
  script.async = true
  script.dataset.bot = bot
  document.head.append(script)
  document.getElementById('snippet').textContent = `<script src="${location.origin}/widget.js" data-bot="${bot}" async></script>`
  ask.addEventListener('click', () => window.Parley?.open())
} else {
  ask.hidden = true
  document.getElementById('missing').hidden = false
}
