-- A menu event as WeChat posts it; no two have the same CreateTime, or they would be attempts of one event.
local created = 1408000000 + math.floor(os.time() % 100000) * 1000
local head = "<xml><ToUserName><![CDATA[gh_e136c6e50636]]></ToUserName>\n"
  .. "<FromUserName><![CDATA[oMgHVjngRipVsoxg6TuX3vz6glDg]]></FromUserName>\n<CreateTime>"
local tail = "</CreateTime>\n<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[CLICK]]></Event>\n"
  .. "<EventKey><![CDATA[EVENTKEY]]></EventKey>\n</xml>"
local headers = { ["Content-Type"] = "text/xml", ["User-Agent"] = "Mozilla/4.0" }

request = function()
  created = created + 1
  return wrk.format("POST", "/wx", headers, head .. created .. tail)
end
