"""Errors and findings of the stages ``filing`` and ``register``."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

FILING: dict[str, Message] = {
    # -- errors: work stops ----------------------------------------------------------------------
    "GT500": Message(
        "报备包的结构不合要求：{reason}",
        "the structure of the package is not sound: {reason}",
        "请对方重发原文件；不要解压后再压缩，也不要改名后打包",
        "have the file sent again as it was made; it must not be unpacked and packed anew",
    ),
    "GT501": Message(
        "报备包中的 {path} 与清单的校验值不符",
        "{path} is not the file that the manifest lists",
        "文件在途中损坏或被改动；请对方重发",
        "it was damaged or changed on the way; have the package sent again",
    ),
    "GT502": Message(
        "报备包的内容不合格式：{reason}",
        "the content of the package does not follow the format: {reason}",
        "请对方用 gridtool filing make 重新制作",
        "have it made again with gridtool filing make",
    ),
    "GT503": Message(
        "不是可用的密钥文件：{reason}",
        "not a key file that can be used: {reason}",
        "私钥 .key 用来签名，公钥 .pub 用来登记信任；用 gridtool key new 新建",
        "a .key signs, a .pub is what others trust; make both with gridtool key new",
    ),
    "GT504": Message(
        "密钥 {path} 的口令没有给出或不对",
        "the passphrase of the key {path} is missing or wrong",
        "用 --passphrase-file 给出，或在终端输入",
        "give it with --passphrase-file, or type it at a terminal",
    ),
    "GT505": Message(
        "不能打开备案台账 {path}：{reason}",
        "the register {path} cannot be opened: {reason}",
        "检查路径；新台账用 gridtool register init 建立",
        "check the path; a new register is made with gridtool register init",
    ),
    "GT506": Message(
        "备案台账 {path} 被其他程序改动过：{reason}",
        "the register {path} was changed by another program: {reason}",
        "用 gridtool register fsck 查明，从备份恢复",
        "find out with gridtool register fsck, and restore it from a backup",
    ),
    "GT508": Message(
        "两版之间没有变化，无可报备",
        "nothing changed between the two: there is nothing to file",
        "核对 --base 和 --new 是否给对",
        "see whether --base and --new are the right ones",
    ),
    "GT509": Message(
        "不能制作报备包：{count} 项不成立，如：{first_zh}",
        "the package cannot be made: {count} things do not hold, the first: {first_en}",
        "改正后再做；允许例外的用 --exception 编号=理由 说明",
        "mend them; where an exception is allowed give --exception ID=REASON",
    ),
    "GT510": Message(
        "报备包 {package} 不能入库，结论为{decision_zh}：{first_zh}",
        "the package {package} cannot be applied: {decision_en}, because {first_en}",
        "gridtool filing verify 列出全部理由",
        "gridtool filing verify lists every reason",
    ),
    "GT511": Message(
        "台账中 {county} 的网格已不是报备包 {package} 所依据的那一版",
        "the grids of {county} are no longer those that package {package} starts from",
        "用 gridtool filing rebase 移到新版上，重新签名",
        "bring it to the newer ones with gridtool filing rebase, and sign it again",
    ),
    "GT512": Message(
        "入库后的网格与报备包声明的不同（{found}，应为 {wanted}）；没有写入",
        "the grids are not those the package states ({found} for {wanted}); nothing was written",
        "请对方重新制作；若再出现，请报告给我们",
        "have it made again, and report it if it comes back",
    ),
    "GT513": Message(
        "台账中没有报备 {wanted}，或不止一件：{found}",
        "the register has no filing {wanted}, or several: {found}",
        "gridtool register log 列出全部报备",
        "gridtool register log lists every filing",
    ),
    "GT514": Message(
        "台账中没有密钥 {key}",
        "the register knows no key {key}",
        "gridtool key list 列出信任的密钥；用 gridtool key trust 登记",
        "gridtool key list lists those trusted; enter one with gridtool key trust",
    ),
    "GT515": Message(
        "台账中没有网格编码 {wanted}",
        "the register has no grid code {wanted}",
        "核对编码；从未报备的编码不在台账中",
        "check the code; what was never filed is not in the register",
    ),
    "GT516": Message(
        "报备 {wanted} 不能撤回：{reason_zh}",
        "the filing {wanted} cannot be withdrawn: {reason_en}",
        "已生效的或已被后来报备改动的，另行报备调整",
        "what is in force, or was changed since, takes a new filing",
    ),
    "GT517": Message(
        "报备包 {package} 不能移到新版上：{reason_zh}",
        "the package {package} cannot be rebased: {reason_en}",
        "直接用 gridtool filing apply 入库，或请对方重新制作",
        "apply it with gridtool filing apply, or have it made again",
    ),
    "GT518": Message(
        "{layer} 缺少报备所需的列 {columns}",
        "{layer} lacks columns that a filing needs: {columns}",
        "用 gridtool partition 的 grids 图层，或补上这些列",
        "take the layer grids of gridtool partition, or add the columns",
    ),
    "GT519": Message(
        "报备类型 {kind} 与台账不合：{reason_zh}",
        "the kind {kind} does not fit: {reason_en}",
        "首次报备用 initial，之后用 adjustment 等",
        "the first filing of a county is initial, later ones are adjustment and so on",
    ),
    "GT520": Message(
        "自带模板做出的表单缺少必填内容：{forms}",
        "forms in your own template do not show what they must: {forms}",
        "模板须按原有顺序保留必填栏；从 gridtool filing templates 写出的模板改起",
        "keep the required columns in their order; start from gridtool filing templates",
    ),
    # -- findings: why a package is returned -----------------------------------------------------
    "GT540": Message(
        "报备包没有签名，本台账不收未签名的报备包",
        "the package is not signed, and this register takes none without",
        "用 gridtool filing sign 签名后重报",
        "sign it with gridtool filing sign",
    ),
    "GT541": Message(
        "{owner} 的签名不成立：内容在签名后被改动，或签名有误",
        "the signature of {owner} does not hold: changed after signing, or wrong",
        "请对方重发原文件",
        "have the file sent again as it was signed",
    ),
    "GT542": Message(
        "有效签名 {count} 个，应有 {needed} 个",
        "{count} signatures count, {needed} are needed",
        "由台账信任的密钥补签（gridtool filing sign）",
        "have it signed by keys that the register trusts (gridtool filing sign)",
    ),
    "GT543": Message(
        "{owner} 的密钥今天无效：未到期、已过期或已吊销",
        "the key of {owner} does not count today: not yet, no longer, or revoked",
        "换用有效的密钥重签，或更新信任的期限",
        "sign with a valid key, or renew its days with gridtool key trust",
    ),
    "GT544": Message(
        "坐标系 {found} 与台账的 {wanted} 不同",
        "its CRS is {found}, that of the register {wanted}",
        "以台账导出的网格为底制作，或先转换坐标系",
        "make it from the grids of the register, or bring the layers to its CRS first",
    ),
    "GT545": Message(
        "{owner} 的密钥用途是 {role}，不能签报备包",
        "the key of {owner} is a {role} and may not sign filings",
        "用报备密钥（filer）签名",
        "sign with a key of the role filer",
    ),
    "GT546": Message(
        "{owner} 的密钥无权为 {county} 报备",
        "the key of {owner} has no right to file for {county}",
        "一县只能报备本县的编码；权限用 gridtool key trust 登记",
        "a county files its own codes; rights are entered with gridtool key trust",
    ),
    "GT547": Message(
        "编码 {code} 不是 {county} 的",
        "code {code} is not of {county}",
        "从报备包中去掉外县的网格",
        "take the grids of other counties out",
    ),
    "GT548": Message(
        "{table} 与重算不符：{row} 的 {column} 写 {told}，算得 {reckoned}（共 {count} 处）",
        "{table} is not what was reckoned: {column} of {row} says {told}, not {reckoned} "
        "({count} in all)",
        "核对双方的底图和楼栋；请对方重新制作",
        "compare base and buildings of both sides; have it made again",
    ),
    "GT549": Message(
        "表单 {form} 缺失，或与数据不符",
        "the form {form} is missing or does not agree with the data",
        "表单和数据出自同一变更；请对方重新制作，不要手改",
        "form and data come from one change set; have it made again, not edited",
    ),
    "GT550": Message(
        "表单 {form} 无法核对",
        "the form {form} cannot be checked",
        "报备包只收 gridtool 生成的表单；另附文件请另送",
        "a package holds the forms gridtool draws; send others beside it",
    ),
    "GT551": Message(
        "变更无法重算：{what_zh}",
        "the change set cannot be reckoned: {what_en}",
        "请对方核对图形和楼栋，重新制作",
        "have shapes and buildings looked at, and the package made again",
    ),
    "GT552": Message(
        "报备包依据的网格从未在本台账中",
        "the grids that the package starts from were never in this register",
        "请对方取本台账的现行网格（gridtool register export）重新制作",
        "have it made from the grids of this register (gridtool register export)",
    ),
    # -- findings: what the sender can mend ------------------------------------------------------
    "GT553": Message(
        "底图已过时：报备包依据第 {rev} 版，现为第 {head} 版",
        "the base is stale: the package starts from revision {rev}, the newest is {head}",
        "用 gridtool filing rebase 移到新版上，重新签名",
        "bring it to the newer one with gridtool filing rebase, and sign it again",
    ),
    "GT554": Message(
        "{id} 不成立（{value}），也没有说明理由",
        "{id} does not hold ({value}), and no reason is given",
        "改正，或用 --exception {id}=理由 说明",
        "mend it, or give the reason with --exception {id}=REASON",
    ),
    "GT555": Message(
        "编码 {code} 不能这样用：台账中为 {state}",
        "code {code} cannot be used so: it is {state} in the ledger",
        "停用过的编码不得再用；用 gridtool code reserve 取新码",
        "a dead code is never used again; take a new one with gridtool code reserve",
    ),
    "GT556": Message(
        "报备号 {filing_no} 已用于第 {rev} 版",
        "the filing number {filing_no} is that of revision {rev}",
        "换一个报备号",
        "give it another number",
    ),
    "GT557": Message(
        "生效日期 {valid_from} 早于所改网格 {code} 的生效日期 {since}",
        "it would be valid from {valid_from}, before {code} that it changes, which is from {since}",
        "改用不早于它的日期",
        "take a day that is not before it",
    ),
    "GT558": Message(
        "报备类型 {kind} 与台账不合：{reason_zh}",
        "the kind {kind} does not fit: {reason_en}",
        "首次报备用 initial，之后用 adjustment 等",
        "the first filing of a county is initial, later ones are adjustment and so on",
    ),
    "GT559": Message(
        "不能撤回：{reason_zh}",
        "it cannot be withdrawn: {reason_en}",
        "已生效的或已被后来报备改动的，另行报备调整",
        "what is in force, or was changed since, takes a new filing",
    ),
    # -- findings: remarks -----------------------------------------------------------------------
    "GT560": Message(
        "已作为第 {rev} 版入库，这次什么也没有做",
        "it was applied before, as revision {rev}; nothing is to be done",
        "无须处理",
        "nothing to do",
        INFO,
    ),
    "GT561": Message(
        "报备包没有签名；本台账允许，但无法证明来源",
        "the package is not signed; this register allows it, but its origin is not proven",
        "正式报备请签名",
        "sign what is filed in earnest",
        WARNING,
    ),
    "GT562": Message(
        "有一个签名未计入：台账不认识它的密钥，或密钥无效、无权报备该县",
        "a signature does not count: its key is unknown, not valid, or has no right for the county",
        "需要时用 gridtool key trust 登记",
        "enter the key with gridtool key trust if need be",
        WARNING,
    ),
    "GT563": Message(
        "没有本方的楼栋数据，按报备包所附楼栋重算",
        "reckoned by the buildings in the package, since none of the office's own were given",
        "有楼栋数据时用 --buildings 给出",
        "give --buildings where the office has them",
        INFO,
    ),
    "GT564": Message(
        "{id} 不成立（{value}），理由：{reason}",
        "{id} does not hold ({value}); the reason given: {reason}",
        "由受理人判断理由是否成立",
        "whoever accepts it judges the reason",
        WARNING,
    ),
    "GT565": Message(
        "编码 {code} 已被第 {rev} 版（{filing_no}）改动",
        "code {code} was changed by revision {rev} ({filing_no})",
        "以新版为底重新调整该网格",
        "make the change of this grid again on the newer revision",
    ),
    # -- findings of fsck ------------------------------------------------------------------------
    "GT566": Message(
        "第 {rev} 版与台账的记录不符（{what}）",
        "revision {rev} is not what the register states ({what})",
        "从备份恢复；以报备包原件重建",
        "restore from a backup; the packages allow it to be built anew",
    ),
    "GT567": Message(
        "第 {rev} 版的网格与其校验值不符",
        "a grid of revision {rev} does not have its hash",
        "从备份恢复",
        "restore from a backup",
    ),
    "GT568": Message(
        "{layer} 的链断开：有行被改动、删除或插入",
        "the chain of {layer} is broken: rows were changed, deleted or put in",
        "从备份恢复",
        "restore from a backup",
    ),
    "GT569": Message(
        "台账文件有异：{what}",
        "the file of the register is not as it was made: {what}",
        "关闭其他程序；从备份恢复",
        "close other programs; restore from a backup",
    ),
    "GT570": Message(
        "编码 {code} 在台账中为 {state}，与网格不符",
        "code {code} is {state} in the ledger, which the grids do not bear out",
        "从备份恢复",
        "restore from a backup",
    ),
    "GT571": Message(
        "第 {rev} 版的报备包原件缺失或被改动",
        "the package of revision {rev} is missing or was changed",
        "向报备方要回原件，核对校验值",
        "ask the sender for the original and compare its hash",
    ),
    "GT572": Message(
        "报备包没有表单",
        "the package holds no forms",
        "数据齐全，可以受理；需要纸质表单时请对方去掉 --no-forms 重做",
        "the data are complete; have it made without --no-forms where paper is wanted",
        INFO,
    ),
}
