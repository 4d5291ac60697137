package extract
import ("testing";"os";"strings")
func TestZZD(t *testing.T){ for _,f:=range []string{"tika-testArabicMisleadingCharset.html","tika-testHTML_charset_utf16le.html","tika-testHTML_utf8.html","tika-big-preamble.html"} {
 d,_:=os.ReadFile("/work/shared/data/files/"+f); title,l:=extracted(t,HTML,d); s:=strings.Join(l,"\n"); t.Logf("%s %q %d\n%.700s",f,title,len(s),s)
}}
