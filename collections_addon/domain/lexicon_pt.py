"""How debtors speak Portuguese."""

from .dialog_lexicon import Lexicon, table, tens

LEXICON = Lexicon(
    numbers={
        **table(
            "zero um|uma dois|duas tres quatro cinco seis|meia sete oito nove dez onze doze "
            "treze catorze|quatorze quinze dezesseis|dezasseis dezessete|dezassete dezoito "
            "dezenove|dezanove"
        ),
        **tens("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"),
        **{
            word: value * 100
            for word, value in table(
                "cem|cento duzentos|duzentas trezentos|trezentas quatrocentos|quatrocentas "
                "quinhentos|quinhentas seiscentos|seiscentas setecentos|setecentas "
                "oitocentos|oitocentas novecentos|novecentas",
                1,
            ).items()
        },
        "mil": 1000,
    },
    joiner="e",
    one="um|uma",
    today="hoje|agora|ja|imediatamente",
    tomorrow="amanha",
    after_tomorrow="depois de amanha",
    yesterday="ontem",
    before_yesterday="anteontem|antes de ontem",
    weekdays=(
        "segunda(?:[ -]feira)?|seg|2a feira",
        "terca(?:[ -]feira)?|3a feira",
        "quarta(?:[ -]feira)?|qua|4a feira",
        "quinta(?:[ -]feira)?|qui|5a feira",
        "sexta(?:[ -]feira)?|sex|6a feira",
        "sabado|sab",
        "domingo|dom",
    ),
    months=(
        "jan|janeiro",
        "fev|fevereiro",
        "mar|marco",
        "abr|abril",
        "mai|maio",
        "jun|junho",
        "jul|julho",
        "ago|agosto",
        "set|setembro",
        "out|outubro",
        "nov|novembro",
        "dez|dezembro",
    ),
    units={
        "workday": "dias? ute?i?s",
        "day": "dias?",
        "fortnight": "quinzenas?",
        "week": "semanas?",
        "month": "mes|meses",
    },
    after="daqui a|dentro de|em",
    next_week="(?:da|na) (?:proxima semana|semana que vem)|proxima semana|semana que vem|"
    "semana seguinte",
    last="passad[ao]|ultim[ao]",
    end_of_month="(?:fim|final) d[oe](?:ste)? mes",
    end_of_week="(?:fim|final) d[ae](?:sta)? semana",
    next_month="proximo mes|mes que vem|mes seguinte",
    ordinal=r"dia (?P<d>\d{1,2})|dia (?P<f>primeiro)|(?:no|ao|ate|em|ate o) (?P<e>\d{1,2})",
    times=(("manha", 9), ("meio[ -]dia|almoco", 12), ("tarde", 14), ("noite", 18)),
    at="as|pelas|depois das|a partir das",
    half="metade|meio",
    all="tudo|total|totalidade|todo|toda|integral",
    yes="s|sim|claro|certo|ok|concordo|aceito|correto|exato|com certeza|esta bem|"
    "ta bom|pode ser|confirmo|isso",
    no="n|nao|errado|nunca|discordo|nem|nao obrigado|nao obrigada|incorreto",
)

#: What is wanted -> its words; what stands first is looked for first.
INTENTS = (
    (
        "stop",
        r"(?:nao|parem? de|pare de) (?:me )?(?:ligu?[ea]\w*|ligar|mand[ae]\w*|"
        r"envi[ae]\w*|escrev\w*|contact\w*|mandar|incomod\w*)(?: mais)?|"
        r"(?:tire|remova)[ -]?(?:me|o meu numero)|deixe[ -]me em paz|"
        r"nao quero (?:mais )?(?:mensagens|chamadas|sms)|descadastrar|"
        r"cancelar (?:sms|mensagens)",
    ),
    (
        "wrong_person",
        r"numero errado|pessoa errada|engano|nao sou (?:eu|essa|esse|ele|ela)|"
        r"nao conheco|nao mora",
    ),
    (
        "human",
        r"falar com|atendente|operador\w*|humano|alguem|uma pessoa|colega|"
        r"(?:me )?ligu?em?(?:[ -]me)?|representante|ajuda|assistente",
    ),
    (
        "plan",
        r"parcel\w*|prestac\w*|plano|nao (?:posso|consigo|tenho como) pagar|"
        r"sem dinheiro|nao tenho dinheiro|"
        r"em partes|dificuldade\w*|desempregad\w*|acordo de pagamento|fracion\w*",
    ),
    (
        "paid",
        r"(?<!nao )(?:ja )?(?:paguei|pagamos|foi pago|foi paga|esta pago|esta paga|tinha pago)|"
        r"fiz (?:o|a|um|uma)? ?(?:pagamento|transferencia|pix|deposito)|transferi|"
        r"depositei|pagamento (?:feito|efetuado)|ja pago",
    ),
    (
        "dispute",
        r"errad[ao]|incorret[ao]|contest\w*|disput\w*|reclam\w*|nao (?:recebi|"
        r"encomendei|pedi|concordo|devo|e minha|e meu|fui eu)|"
        r"danificad\w*|defeito|com problema|cobranca indevida|erro|devolv\w*|cancelei|"
        r"cobrad\w* a mais",
    ),
    (
        "promise",
        r"vou (?:pagar|transferir|depositar)|pagarei|pago (?:na|no|em|ate|amanha|"
        r"depois|dia|proxima|segunda|terca|quarta|quinta|sexta|sabado|semana)|"
        r"posso pagar (?:na|no|em|ate|amanha|dia|depois|segunda|terca|quarta|quinta|"
        r"sexta|semana)|prometo|mais tempo|mais tarde|"
        r"depois|prorrog\w*|salario",
    ),
    ("balance", r"saldo|quanto|divida|extrato|em aberto|devo"),
    ("pay", r"pagar|pagamento|cartao|link|multibanco|pix|boleto|mbway|iban"),
    ("balance", r"valor|fatur\w*|conta"),
    ("language", r"idioma|lingua|ingles|turco|portugues|romeno|lituano|english"),
    ("menu", r"menu|opcoes|voltar|inicio|recomecar"),
    ("repeat", r"rep[ei]t\w*|de novo|outra vez|nao (?:entendi|percebi|ouvi)|como disse"),
    ("bye", r"adeus|tchau|obrigad[ao]|nada mais|e tudo|e so isso|mais nada|ate logo"),
)
